// Package webhooks tells other servers, over HTTP, what happens in rooms.
//
// It owns the queues, the signatures, the retries and the refusal of addresses that are not public. What happens is package
// rooms' to say.
package webhooks
