import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/**
 * Role of a process, which determines its cores: the server under test, or any other process (load,
 * PostgreSQL, object store).
 */
export type Seat = 'server' | 'rest'

/**
 * Assignment of processes to cores. `apart`: the server under test has its own core. `anywhere`: the
 * operating system decides.
 */
export type Placement = (typeof placements)[number]

export const placements = ['apart', 'anywhere'] as const

/**
 * Returns whether the placement `apart` is possible. It needs the command `taskset` and at least two cores.
 */
export function canPlace(): boolean {
  return availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0
}

/**
 * Returns a command with a prefix that limits it to the cores of its role. All servers under test run on the
 * same core, and all other processes on the remaining cores.
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
 * Moves a running process with all its threads to the cores of its role. Processes that it starts later run
 * on these cores too.
 */
export function reseat(placement: Placement, seat: Seat, pid: number): void {
  const cores = placement === 'anywhere' ? `0-${availableParallelism() - 1}` : formatCores(seat)
  spawnSync('taskset', ['-a', '-c', '-p', cores, String(pid)])
}

/** Returns the number of cores that the server under test may use. */
export function serverCores(placement: Placement): number {
  return placement === 'anywhere' ? availableParallelism() : 1
}

function formatCores(seat: Seat): string {
  return seat === 'server' ? '0' : `1-${availableParallelism() - 1}`
}
