// Two channels of sound: what an offer says of them (RFC 7587 6.1).
//
// What a browser sends follows the answer, which the server gives by what the offer announces; what it plays follows its own
// offer. Browsers have no switch for either, so the text of the offer says it.

/** The offer that plays two channels in the sections that receive: Chromium would mix them to one. Pure. */
export function playStereo(sdp: string): string {
  return eachSection(sdp, (section) => (/^a=recvonly\r?$/m.test(section) ? withParameter(section, 'stereo=1') : section));
}

/** The offer that announces two channels in the sections of these mids, so that the answer asks for them. Pure. */
export function announceStereo(sdp: string, mids: readonly string[]): string {
  return eachSection(sdp, (section) => {
    const mid = /^a=mid:(.*?)\r?$/m.exec(section)?.[1];
    return mid !== undefined && mids.includes(mid) ? withParameter(section, 'sprop-stereo=1') : section;
  });
}

function eachSection(sdp: string, change: (section: string) => string): string {
  return sdp.split(/^(?=m=)/m).map(change).join('');
}

/** Gives the Opus formats of a section another parameter, unless they have it. */
function withParameter(section: string, parameter: string): string {
  const opus = [...section.matchAll(/^a=rtpmap:(\d+) opus\//gim)].map((m) => m[1]!);
  return section.replace(/^a=fmtp:(\d+) (.*?)(\r?)$/gm, (line, format: string, parameters: string, end: string) =>
    opus.includes(format) && !parameters.split(';').includes(parameter) ? `a=fmtp:${format} ${parameters};${parameter}${end}` : line);
}
