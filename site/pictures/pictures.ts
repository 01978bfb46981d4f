/** The pictures that lessons may show, by the names by which they ask for them. */
export const PICTURES = ['belts', 'code-books', 'envelopes', 'socket-lives'] as const
export type PictureName = (typeof PICTURES)[number]
