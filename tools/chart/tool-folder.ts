import { cacheFolder } from '../../conformance/lib/paths.ts'

export type Say = (line: string) => void

/** Returns the folder of a program that the checks of the chart install. */
export function toolFolder(...parts: string[]): string {
  return cacheFolder('chart', ...parts)
}
