/** What is said at `/health` where no lab server is: these are pages alone. A server answers there itself. */
export function GET(): Response {
  const pages = { static: true, base: import.meta.env.BASE_URL }
  return new Response(`${JSON.stringify(pages)}\n`, { headers: { 'Content-Type': 'application/json' } })
}
