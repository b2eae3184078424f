package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

const joinTimeout = 10 * time.Second

// Door is a server that answers offers over HTTP as WHIP and WHEP do.
type Door struct {
	URL   string // http://host:port
	Token string // "": none
	next  int    // address of the next client
}

// Publisher adds a publisher to the crowd.
func (c *Crowd) Publisher(ctx context.Context, d *Door) error {
	p, err := c.newPeer(sections{publishes: true}, false)
	if err != nil {
		return err
	}
	_, err = p.enter(ctx, d, "/whip/bench?name=publisher")
	return err
}

// Receiver adds a receiver and returns how long it took from the request to the first packet of media.
func (c *Crowd) Receiver(ctx context.Context, d *Door, decrypts bool) (time.Duration, error) {
	p, err := c.newPeer(sections{audioSlots: 1, allSlots: 2}, decrypts)
	if err != nil {
		return 0, err
	}
	begun, err := p.enter(ctx, d, "/whep/bench?name=receiver")
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, joinTimeout)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		if at := p.link.firstMedia.Load(); at != 0 {
			return time.Unix(0, at).Sub(begun), nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return 0, fmt.Errorf("a receiver got no media within %s", joinTimeout)
		}
	}
}

// Member adds a participant of a meeting of size, as the index-th, to a server that takes offers for meetings.
func (c *Crowd) Member(ctx context.Context, d *Door, index, size int) error {
	p, err := c.newPeer(sections{publishes: true, audioSlots: size - 1, allSlots: 2 * (size - 1)}, index == 0)
	if err != nil {
		return err
	}
	_, err = p.enter(ctx, d, fmt.Sprintf("/meet/bench?index=%d&size=%d", index, size))
	return err
}

// enter offers, and returns when it began to.
func (p *Peer) enter(ctx context.Context, d *Door, path string) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, joinTimeout)
	defer cancel()
	offer, err := p.offer()
	if err != nil {
		return time.Time{}, err
	}
	begun := time.Now()
	answer, err := d.post(ctx, path, offer)
	if err != nil {
		return time.Time{}, err
	}
	return begun, p.apply(ctx, answer)
}

func (d *Door) post(ctx context.Context, path, offer string) (answer string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, d.URL+path, strings.NewReader(offer))
	if err != nil {
		return "", err
	}
	d.next++
	request.Header.Set("Content-Type", "application/sdp")
	request.Header.Set("Authorization", "Bearer "+d.Token)
	// Servers limit what one address may do; the crowd is from everywhere.
	request.Header.Set("X-Forwarded-For", fmt.Sprintf("198.18.%d.%d", d.next/256, d.next%256))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", fmt.Errorf("offer: %w", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return "", fmt.Errorf("read the answer: %w", err)
	}
	if response.StatusCode != http.StatusCreated {
		return "", fmt.Errorf("%s answers %s: %s", path, response.Status, text)
	}
	return string(text), nil
}
