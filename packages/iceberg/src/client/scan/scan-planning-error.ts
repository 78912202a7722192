/** Error for a scan that the server could not plan, or did not plan within the time limit. */
export class ScanPlanningError extends Error {
  override readonly name = 'ScanPlanningError'
  /** Error type that the server sent. Null: the server sent no error type. */
  readonly type: string | null

  constructor(message: string, type: string | null) {
    super(message)
    this.type = type
  }
}
