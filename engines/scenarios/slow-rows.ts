/**
 * Returns a Spark query with the given number of tasks. Each task waits for `seconds`, returns one row, and writes a
 * separate file.
 */
export function slowRows(tasks: number, seconds: number): string {
  return `SELECT id, java_method('java.lang.Thread', 'sleep', ${seconds * 1_000}L) AS slept FROM range(0, ${tasks}, 1, ${tasks})`
}
