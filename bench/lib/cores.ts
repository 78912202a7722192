import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** What a process is: the server under test, or everything around it (load, PostgreSQL, object store). */
export type Seat = 'server' | 'rest'

/** How processes are spread over the cores: each on cores of its own, or wherever the system puts them. */
export type Placement = (typeof placements)[number]

export const placements = ['apart', 'anywhere'] as const

/** Whether `apart` is possible here: `taskset` exists and there are two cores. */
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

/** How many cores a server gets. */
export function serverCores(placement: Placement): number {
  return placement === 'anywhere' ? availableParallelism() : 1
}

function coresOf(seat: Seat): string {
  return seat === 'server' ? '0' : `1-${availableParallelism() - 1}`
}
