// Moving pictures of people and of a screen, drawn on a canvas.

const palettes = [
  ['#cfe3d8', '#c98f6b', '#3a2a22', '#1c6e54'],
  ['#f3dcc3', '#8a5a3c', '#201713', '#c65f3f'],
  ['#dcd8ee', '#f0c9a8', '#a8652e', '#4d4a8f'],
  ['#f2e6b8', '#e0a981', '#5b5f66', '#8a6d1f'],
  ['#d5e4f0', '#b87a56', '#1b1b1f', '#2b72a8'],
  ['#efd9dc', '#f3d2b6', '#7a3b22', '#a1447f'],
] as const;

function canvasStream(width: number, height: number, draw: (paint: CanvasRenderingContext2D, time: number) => void): MediaStream {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const paint = canvas.getContext('2d')!;
  const frame = (): void => draw(paint, performance.now() / 1000);
  frame();
  setInterval(frame, 200);
  return canvas.captureStream(5);
}

export function facePicture(index: number): MediaStream {
  const [wall, skin, hair, shirt] = palettes[index % palettes.length]!;
  return canvasStream(640, 360, (paint, time) => {
    const sway = Math.sin(time + index) * 6;
    const shape = (color: string, path: () => void): void => {
      paint.fillStyle = color;
      paint.beginPath();
      path();
      paint.fill();
    };
    shape(wall, () => paint.rect(0, 0, 640, 360));
    shape('rgba(255,255,255,.35)', () => paint.roundRect(440, 30, 130, 170, 8));
    shape('rgba(0,0,0,.08)', () => paint.rect(0, 300, 640, 60));
    shape(shirt, () => paint.roundRect(190 + sway / 2, 268, 260, 160, 90));
    shape(skin, () => paint.roundRect(290 + sway, 230, 60, 70, 28));
    shape(hair, () => paint.ellipse(320 + sway, 160, 86, 96, 0, 0, 7));
    shape(skin, () => paint.ellipse(320 + sway, 178, 68, 80, 0, 0, 7));
    shape(hair, () => paint.ellipse(320 + sway, 108, 72, 34, 0, 0, 7));
    shape('#2a2320', () => (paint.ellipse(296 + sway, 172, 6, 8, 0, 0, 7), paint.ellipse(344 + sway, 172, 6, 8, 0, 0, 7)));
    shape('#a6503f', () => paint.ellipse(320 + sway, 222, 16, 6 + 4 * Math.abs(Math.sin(time * 4)), 0, 0, 7));
  });
}

export function screenPicture(): MediaStream {
  return canvasStream(1280, 720, (paint, time) => {
    paint.fillStyle = '#fdfdfb';
    paint.fillRect(0, 0, 1280, 720);
    paint.fillStyle = '#1c6e54';
    paint.fillRect(0, 0, 1280, 96);
    paint.fillStyle = '#fff';
    paint.font = '600 40px system-ui, sans-serif';
    paint.fillText('Budget 2027 — assemblée générale', 48, 62);
    paint.fillStyle = '#333';
    paint.font = '28px system-ui, sans-serif';
    ['Cotisations', 'Subventions', 'Ateliers', 'Loyer', 'Électricité'].forEach((line, i) => {
      paint.fillText(line, 64, 180 + i * 96);
      paint.fillStyle = ['#1c6e54', '#c65f3f', '#4d4a8f', '#8a6d1f', '#2b72a8'][i]!;
      paint.fillRect(300, 150 + i * 96, 200 + ((i * 271) % 620) + Math.sin(time + i) * 8, 44);
      paint.fillStyle = '#333';
    });
  });
}
