# The image holds one static binary and nothing else: no shell, no package, no root.

FROM node:20-bookworm-slim AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web/ ./
RUN npm run build

FROM golang:1.26-bookworm AS server
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=web /src/web/dist web/dist
ARG VERSION=""
ARG COMMIT=""
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false \
      -ldflags "-s -w -X main.version=${VERSION} -X main.commit=${COMMIT}" -o /out/salon ./cmd/salon \
    && mkdir -p /out/state

FROM scratch
# Roots for the ACME authority's HTTPS (tls.mode auto).
COPY --from=server /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=server /out/salon /salon
# The only folder that is ever written to: certificates, and what rooms keep. Mount a volume there to keep it;
# the rest of the file system can be read-only.
COPY --from=server --chown=65532:65532 /out/state /var/lib/salon
ENV STATE_DIRECTORY=/var/lib/salon
USER 65532:65532
# 8080: web pages and signaling. 7882: media, over UDP and over TCP.
EXPOSE 8080/tcp 7882/udp 7882/tcp
# A container cannot know the address at which clients reach it: set SALON_MEDIA_PUBLIC_IP, or use the host's network.
ENTRYPOINT ["/salon"]
CMD ["serve"]
