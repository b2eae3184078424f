package link

// Reason says why a packet was dropped.
type Reason uint8

// The reasons, in the order in which they are tried.
const (
	Kept       Reason = iota // not dropped
	RandomLoss               // Settings.Loss
	BurstLoss                // Settings.BurstLoss within a burst
	QueueFull                // Settings.Queue or Settings.QueueTime
	Overflow                 // MaxPackets are on the link already
	reasons
)

var reasonNames = [reasons]string{"kept", "random_loss", "burst_loss", "queue_full", "overflow"}

// String returns the name of the reason in statistics.
func (r Reason) String() string {
	if r < reasons {
		return reasonNames[r]
	}
	return "unknown"
}

// Stats are a link's counts since its beginning, and what is on it now. Bytes are UDP payload. At any moment
// Arrived + Duplicated = Departed + all Dropped + Waiting + Travelling.
type Stats struct {
	Arrived       uint64            `json:"arrived"`
	ArrivedBytes  uint64            `json:"arrived_bytes"`
	Departed      uint64            `json:"departed"` // duplicates included
	DepartedBytes uint64            `json:"departed_bytes"`
	Dropped       map[string]uint64 `json:"dropped"` // by Reason, all of them
	Duplicated    uint64            `json:"duplicated"`
	Reordered     uint64            `json:"reordered"`     // held back by ReorderBy
	Waiting       int               `json:"waiting"`       // packets in the queue, the one being sent included
	WaitingBytes  int64             `json:"waiting_bytes"` // in the queue, with Overhead, the one being sent not included
	Travelling    int               `json:"travelling"`    // packets that are delayed
}
