"""Keep the authorities of the programme as the policy pack names them."""
