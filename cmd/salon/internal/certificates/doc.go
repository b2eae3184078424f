// Package certificates gives the HTTPS listener its certificate: from files, made here, or from an ACME authority.
//
// It owns how certificates are read, made, kept and renewed. It does not listen and does not know what is served.
package certificates
