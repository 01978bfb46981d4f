/** What is said at `/health` where no lab server is: these are pages alone. A server answers there itself. */
export function GET(): Response {
  return new Response('{ "static": true }\n', { headers: { 'Content-Type': 'application/json' } })
}
