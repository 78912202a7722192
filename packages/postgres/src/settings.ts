/**
 * Default settings of the embedded server. A later start may use other values.
 *
 * fsync, full page writes and synchronous commit are on for durability. Parallel query is off, because its shared
 * memory exceeds the default /dev/shm of a container, and Headgate has no statement that needs it. JIT compilation is
 * off, because it delays short statements.
 */
export const defaultSettings: Readonly<Record<string, string>> = {
  max_connections: '50',
  shared_buffers: '128MB',
  effective_cache_size: '512MB',
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  wal_level: 'replica',
  wal_compression: 'on',
  min_wal_size: '80MB',
  max_wal_size: '1GB',
  checkpoint_timeout: '10min',
  random_page_cost: '1.1',
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  log_checkpoints: 'off',
  log_line_prefix: '',
  password_encryption: 'scram-sha-256',
  cluster_name: 'headgate',
}

/**
 * Settings that callers cannot replace. TLS is off, because the server listens only on a private socket or on the
 * loopback interface, and because OpenSSL 1.1.1 of the npm package receives no security updates.
 */
export const fixedSettings: Readonly<Record<string, string>> = { ssl: 'off' }

/** Converts settings to program arguments: `-c name=value` for each. */
export function toArguments(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}
