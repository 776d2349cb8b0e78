/**
 * The address of each host in a PostgreSQL URL that names several (`postgres://a:5432,b:5433/desk`), of which one is the
 * leader: the driver of the jobs knows single hosts only.
 */
export function connectionUrls(url: string): readonly string[] {
  const parts = /^(postgres(?:ql)?:\/\/(?:[^@/]*@)?)([^/?#]*)(.*)$/i.exec(url);
  if (parts === null) return [url];
  const [, before = '', hosts = '', after = ''] = parts;
  return hosts.split(',').map((host) => `${before}${host}${after}`);
}
