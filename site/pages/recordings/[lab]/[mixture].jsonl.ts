/** The recordings, each at its own address, fetched when a lab plays one. */
import { allRecordings } from '../../../recordings.ts'

export function getStaticPaths() {
  return allRecordings().map(({ lab, mixture, text }) => ({ params: { lab, mixture }, props: { text } }))
}

export function GET({ props }: { props: { text: string } }): Response {
  return new Response(props.text, { headers: { 'Content-Type': 'application/jsonl; charset=utf-8' } })
}
