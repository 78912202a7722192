import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** Role of a process: the server under test, or all other processes (load, PostgreSQL, object store). */
export type Seat = 'server' | 'rest'

/**
 * How processes are assigned to cores: `apart` puts the server under test on its own core, `anywhere` lets the
 * operating system decide.
 */
export type Placement = (typeof placements)[number]

export const placements = ['apart', 'anywhere'] as const

/**
 * Returns whether the placement `apart` is possible: `taskset` is installed and the machine has two cores or more.
 */
export function canPlace(): boolean {
  return availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0
}

/**
 * Returns the command with a prefix that limits it to the cores of its role. Every server under test runs on the same
 * core, and all other processes share the remaining cores.
 */
export function seated(
  placement: Placement,
  seat: Seat,
  command: string,
  args: readonly string[],
): { readonly command: string; readonly args: readonly string[] } {
  if (placement === 'anywhere') return { command, args }
  return { command: 'taskset', args: ['-c', formatCores(seat), command, ...args] }
}

/**
 * Moves a running process with all its threads to the cores of its role. Processes that it starts later inherit these
 * cores.
 */
export function reseat(placement: Placement, seat: Seat, pid: number): void {
  const cores = placement === 'anywhere' ? `0-${availableParallelism() - 1}` : formatCores(seat)
  spawnSync('taskset', ['-a', '-c', '-p', cores, String(pid)])
}

/** Returns the number of cores that a server under test may use. */
export function serverCores(placement: Placement): number {
  return placement === 'anywhere' ? availableParallelism() : 1
}

function formatCores(seat: Seat): string {
  return seat === 'server' ? '0' : `1-${availableParallelism() - 1}`
}
