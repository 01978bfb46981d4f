/** The pictures that lessons may show, by the names by which they ask for them. */
export const PICTURES = [
  'bells',
  'belts',
  'code-books',
  'envelopes',
  'post-room',
  'socket-lives',
  'tape-marks',
] as const
export type PictureName = (typeof PICTURES)[number]
