/** A query for Spark whose tasks wait before they give their row, so that each writes a file of its own when it has waited. */
export function slowRows(tasks: number, seconds: number): string {
  return `SELECT id, java_method('java.lang.Thread', 'sleep', ${seconds * 1_000}L) AS slept FROM range(0, ${tasks}, 1, ${tasks})`
}
