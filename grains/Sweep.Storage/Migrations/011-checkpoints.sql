-- Checkpoints replace each other all the time, and what is replaced is dead until it is vacuumed. By default that begins when a fifth of the table is
-- dead and then pauses so often that it falls behind: at 16 MB/s of checkpoints the table grew by 16 MB a second for as long as anybody looked.
alter table checkpoints set (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_cost_delay = 0,
  toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 5000, toast.autovacuum_vacuum_cost_delay = 0);
