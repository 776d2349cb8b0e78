import { runCommandLine } from '../../src/apps/cli/run-command-line.ts';

type Input = Parameters<typeof runCommandLine>;

/** The command line within the test's process: the status it ends with, and what it says. */
export async function mailroomCommand(
  args: Input[0],
  environment: Input[1],
  clock: Input[3] = null,
  google?: Input[4],
): Promise<{ readonly status: number; readonly out: string; readonly err: string }> {
  let [out, err] = ['', ''];
  const terminal = { out: (text: string) => void (out += text), err: (text: string) => void (err += text) };
  const status = await runCommandLine(args, environment, terminal, clock, google);
  return { status, out, err };
}
