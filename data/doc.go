// Package data embeds what the program brings along: migrations, catalogues, the demo town.
package data
