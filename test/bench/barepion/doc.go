// Package barepion is a forwarder made of Pion alone, without any feature: no feedback, no statistics, no selection, no
// retransmission. It is what Salon is compared with, as the least that a server on Pion's own packet path costs.
package barepion
