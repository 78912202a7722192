import type { CallOptions, DeleteFailure } from './storage.ts'

const atATime = 16

/** Deletes objects one by one, a few at a time, and continues after failures. */
export async function deleteEach(
  locations: readonly string[],
  remove: (location: string) => Promise<void>,
  options: CallOptions,
): Promise<{ failed: DeleteFailure[] }> {
  const failed: DeleteFailure[] = []
  const rest = locations.values()
  const worker = async (): Promise<void> => {
    for (const location of rest) {
      options.signal?.throwIfAborted()
      try {
        await remove(location)
      } catch (error) {
        failed.push({ location, error: error instanceof Error ? error : new Error(String(error)) })
      }
    }
  }
  await Promise.all(Array.from({ length: atATime }, worker))
  return { failed }
}
