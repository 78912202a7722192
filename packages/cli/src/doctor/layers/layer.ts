import type { DoctorContext } from '../context.ts'
import type { Diagnosis, LayerName } from '../finding.ts'

/** Check of one layer. It returns the problems that it finds, and learns values for later layers. */
export interface Layer {
  readonly name: LayerName
  readonly check: (context: DoctorContext) => Promise<readonly Diagnosis[]>
  /** Returns the reason why this run does not check the layer, or null. */
  readonly skip?: (context: DoctorContext) => string | null
}
