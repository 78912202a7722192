/**
 * Returns a query for Spark whose tasks wait before they return their row, so that each writes a separate file after
 * its wait.
 */
export function slowRows(tasks: number, seconds: number): string {
  return `SELECT id, java_method('java.lang.Thread', 'sleep', ${seconds * 1_000}L) AS slept FROM range(0, ${tasks}, 1, ${tasks})`
}
