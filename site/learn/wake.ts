let loading: Promise<unknown> | null = null

/** Loads what brings predictions, tasks and quizzes to life, all at once. */
export function wake(): Promise<unknown> {
  loading ??= import('./elements.ts').catch((error: Error) => {
    loading = null
    console.error(error)
  })
  return loading
}
