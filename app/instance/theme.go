package instance

// Theme is the style sheet of the instance's own colours; "" keeps the house's.
func (s *Settings) Theme() string { return "" }
