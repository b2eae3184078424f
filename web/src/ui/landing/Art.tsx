const people = [
  { x: 36, y: 36, wall: '#cfe3d8', skin: '#c98f6b', hair: '#3a2a22', shirt: '#1c6e54' },
  { x: 276, y: 36, wall: '#f3dcc3', skin: '#8a5a3c', hair: '#201713', shirt: '#c65f3f' },
  { x: 36, y: 196, wall: '#dcd8ee', skin: '#f0c9a8', hair: '#a8652e', shirt: '#4d4a8f' },
  { x: 276, y: 196, wall: '#f2e6b8', skin: '#e0a981', hair: '#5b5f66', shirt: '#8a6d1f' },
];

/** A picture of a call, for decoration. */
export function Art() {
  return (
    <svg class="art" viewBox="0 0 540 420" aria-hidden="true">
      <rect class="art-frame" x="16" y="16" width="508" height="388" rx="28" />
      {people.map(({ x, y, wall, skin, hair, shirt }, i) => (
        <svg key={i} x={x} y={y} width="228" height="148" viewBox="0 0 228 148">
          <clipPath id={`tile-${i}`}>
            <rect width="228" height="148" rx="16" />
          </clipPath>
          <g clip-path={`url(#tile-${i})`}>
            <rect width="228" height="148" fill={wall} />
            <path d={`M58 148c0-34 24-50 56-50s56 16 56 50z`} fill={shirt} />
            <path d={i % 2 ? 'M78 62a36 38 0 0 1 72 0c0 34-4 40-10 44H88c-6-4-10-10-10-44z' : 'M82 58a32 34 0 0 1 64 0v10H82z'} fill={hair} />
            <rect x="102" y="82" width="24" height="26" rx="11" fill={skin} />
            <ellipse cx="114" cy="64" rx="27" ry="31" fill={skin} />
            <path d={i % 2 ? 'M86 60c4-20 16-26 28-26s24 6 28 26c-14-2-22-8-28-14-6 6-14 12-28 14z' : 'M86 54c2-18 14-24 28-24s26 6 28 24c-10-8-44-10-56 0z'} fill={hair} />
          </g>
        </svg>
      ))}
      <rect class="art-speaking" x="276" y="36" width="228" height="148" rx="16" />
      <rect class="art-bar" x="176" y="360" width="188" height="32" rx="16" />
      <circle cx="206" cy="376" r="8" fill="#1c6e54" />
      <circle cx="238" cy="376" r="8" fill="#1c6e54" />
      <circle cx="270" cy="376" r="8" fill="#a7b1ab" />
      <circle cx="302" cy="376" r="8" fill="#a7b1ab" />
      <rect x="322" y="367" width="28" height="18" rx="9" fill="#b8332c" />
    </svg>
  );
}
