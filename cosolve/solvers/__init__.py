"""The methods that users name; ``registry`` finds them."""
