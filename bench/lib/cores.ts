import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** Role of a process: the server under test, or all other processes (load, PostgreSQL, object store). */
export type Seat = 'server' | 'rest'

/** Placement of processes on the cores: on separate cores, or by the system. */
export type Placement = (typeof placements)[number]

export const placements = ['apart', 'anywhere'] as const

/** Returns whether `apart` is possible: `taskset` exists and there are two cores. */
export function canPlace(): boolean {
  return availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0
}

/** Puts a command into its seat. Every contestant's server gets the same one core, everything else shares the others. */
export function seated(
  placement: Placement,
  seat: Seat,
  command: string,
  args: readonly string[],
): { readonly command: string; readonly args: readonly string[] } {
  if (placement === 'anywhere') return { command, args }
  return { command: 'taskset', args: ['-c', coresOf(seat), command, ...args] }
}

/** Moves a process that runs already, with all its threads, into its seat; what it starts later follows. */
export function reseat(placement: Placement, seat: Seat, pid: number): void {
  const cores = placement === 'anywhere' ? `0-${availableParallelism() - 1}` : coresOf(seat)
  spawnSync('taskset', ['-a', '-c', '-p', cores, String(pid)])
}

/** Returns the number of cores of a server. */
export function serverCores(placement: Placement): number {
  return placement === 'anywhere' ? availableParallelism() : 1
}

function coresOf(seat: Seat): string {
  return seat === 'server' ? '0' : `1-${availableParallelism() - 1}`
}
