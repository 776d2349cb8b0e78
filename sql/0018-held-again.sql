-- After the database's clock was set back, a held reply is held for its whole time again. Every process sees to that, and one that
-- starts anew does so once more: since when it is held says that it has been done, or the rest of a long hold would shrink each time.
alter table deliveries add held_from timestamptz;
comment on column deliveries.held_from is 'since when it is held anew; null: since it was queued';
