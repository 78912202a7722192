import { cacheFolder } from '../../conformance/lib/paths.ts'

export type Say = (line: string) => void

/** Returns a folder for the programs of the chart check. */
export function toolFolder(...parts: string[]): string {
  return cacheFolder('chart', ...parts)
}
