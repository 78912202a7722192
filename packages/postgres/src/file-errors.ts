/** The `code` of a system error (`ENOENT`, `EEXIST` …), or undefined. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Awaits `promise`, turning a system error with one of `codes` into undefined. */
export async function unless<T>(promise: Promise<T>, ...codes: readonly string[]): Promise<T | undefined> {
  try {
    return await promise
  } catch (error) {
    const code = errorCode(error)
    if (code !== undefined && codes.includes(code)) return undefined
    throw error
  }
}
