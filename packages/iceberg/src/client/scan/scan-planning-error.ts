/** The server could not plan a scan, or took too long to. */
export class ScanPlanningError extends Error {
  override readonly name = 'ScanPlanningError'
  /** The server's name of what went wrong, if it has one. */
  readonly type: string | null

  constructor(message: string, type: string | null) {
    super(message)
    this.type = type
  }
}
