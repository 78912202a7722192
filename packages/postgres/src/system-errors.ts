/** Returns the `code` of a system error (`ENOENT`, `EEXIST`, …), or undefined for other errors. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Waits for a promise. Returns undefined if the promise rejects with a system error whose code is in `codes`. */
export async function unless<T>(promise: Promise<T>, ...codes: readonly string[]): Promise<T | undefined> {
  try {
    return await promise
  } catch (error) {
    const code = errorCode(error)
    if (code !== undefined && codes.includes(code)) return undefined
    throw error
  }
}
