/** Whether a relay has been silent for longer than its mailbox allows; one that was never heard is silent too. */
export function isSilent(
  relay: { readonly relayHeardAt: Date | null; readonly silenceMinutes: number },
  now: Date,
): boolean {
  if (relay.relayHeardAt === null) return true;
  return now.getTime() - relay.relayHeardAt.getTime() > relay.silenceMinutes * 60_000;
}
