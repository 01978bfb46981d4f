/** The pictures that lessons may show, by the names by which they ask for them. */
export const PICTURES = ['code-books', 'envelopes', 'socket-lives', 'tape-marks'] as const
export type PictureName = (typeof PICTURES)[number]
