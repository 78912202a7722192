/**
 * How the embedded server is run. Everything here may be changed from start to start.
 *
 * Nothing trades away durability: fsync, full page writes and synchronous commit stay on. Parallel query is off because
 * its shared memory does not fit a container's default /dev/shm and no statement of ours needs it; so is the just-in-time
 * compiler, which only delays short statements.
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
 * Settings that no option replaces. TLS is off: the server listens on a private socket or on loopback, and the OpenSSL
 * of the npm package (1.1.1) gets no security updates.
 */
export const fixedSettings: Readonly<Record<string, string>> = { ssl: 'off' }

/** Settings as program arguments: `-c name=value` for each. */
export function settingArguments(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}
