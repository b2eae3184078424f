// Makes the picture of the fake camera: bars that move over a textured ground, so that encoders have work and every
// frame differs. A y4m file is what Chromium plays as a camera.
import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const frames = 80; // then it begins again

/** The path of a y4m file of the given size, "640x360", and frames per second; made at the first call. */
export function cameraFile(size, rate = 20) {
  const folder = join(tmpdir(), 'salon-test-media');
  const file = join(folder, `bars-${size}-${rate}.y4m`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  const [width, height] = size.split('x').map(Number);
  const unfinished = `${file}.${process.pid}`;
  const out = openSync(unfinished, 'w');
  writeSync(out, `YUV4MPEG2 W${width} H${height} F${rate}:1 Ip A1:1 C420jpeg\n`);
  const picture = Buffer.alloc((width * height * 3) / 2);
  for (let n = 0; n < frames; n++) {
    draw(picture, width, height, n);
    writeSync(out, 'FRAME\n');
    writeSync(out, picture);
  }
  closeSync(out);
  renameSync(unfinished, file); // another test may be waiting for the whole of it
  return file;
}

function draw(picture, width, height, n) {
  const shift = Math.round((n * width) / frames);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bar = (((x + shift) % width) * 8) / width;
      const texture = ((x * 7) ^ (y * 13)) & 31;
      picture[y * width + x] = 40 + Math.floor(bar) * 22 + texture;
    }
  }
  for (const [plane, offset] of [[0, width * height], [1, (width * height * 5) / 4]]) {
    for (let y = 0; y < height / 2; y++) {
      for (let x = 0; x < width / 2; x++) {
        const bar = Math.floor((((2 * x + shift) % width) * 8) / width);
        picture[offset + y * (width / 2) + x] = 64 + ((bar * (plane ? 53 : 29) + (plane ? y : 0)) % 128);
      }
    }
  }
}
