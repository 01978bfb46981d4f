/** Gives the picture to the reader as a file. */
import { type Picture, type PictureParts, pictureOf } from './picture-svg.ts'

/** Canvases are not larger in any browser, in px of one side. */
const LARGEST = 16_000

/** Saves the picture as a file. @throws {Error} when the browser cannot make one. */
export async function savePicture(kind: 'svg' | 'png', parts: PictureParts): Promise<void> {
  const picture = pictureOf(parts)
  const file = kind === 'svg' ? new Blob([picture.svg], { type: 'image/svg+xml' }) : await rastered(picture)
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = `${nameOf(parts.title)}.${kind}`
  link.click()
  // The browser has taken what it needs when its own turn is over.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

/** Twice as fine as the page, or as fine as a canvas can be. */
async function rastered({ svg, width, height }: Picture): Promise<Blob> {
  const scale = Math.min(2, LARGEST / Math.max(width, height))
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(width * scale)
  canvas.height = Math.round(height * scale)
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The browser made no picture.'))), 'image/png')
  })
}

function nameOf(title: string): string {
  const plain = title.trim().replaceAll(/[\s/\\:*?"<>|]+/g, '-')
  return `both-ends-${plain}`
}
