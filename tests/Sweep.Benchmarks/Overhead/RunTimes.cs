using System.Globalization;
using Npgsql;

namespace Sweep.Benchmarks.Overhead;

/// <summary>The times of a run from its database, all in seconds.</summary>
/// <param name="Loops">Summed time of the epochs of each trial, in the order of the trials. These are the training loops alone.</param>
/// <param name="Trials">Summed time of the trials from their start to their end.</param>
internal sealed record RunTimes(double[] Loops, double Trials, DateTime FirstStart, DateTime LastEnd, int Slots, long Succeeded)
{
    /// <summary>
    /// Time of the training loops alone on these slots, when each loop, in the order of the trials, starts on the first slot that is free.
    /// </summary>
    public double BareSpan
    {
        get
        {
            var slots = new double[Slots];
            foreach (var loop in Loops)
                slots[Array.IndexOf(slots, slots.Min())] += loop;
            return slots.Max();
        }
    }

    public static async Task<RunTimes> ReadAsync(NpgsqlDataSource source, string sweep)
    {
        await using var command = source.CreateCommand(
            """
            select
              (
                select array_agg(loop order by number)
                from (
                  select t.number, sum(e.seconds) as loop
                  from epochs e join trials t on t.id = e.trial_id where t.sweep_id = s.id group by t.number
                ) as loops
              ),
              sum(extract(epoch from t.ended_at - t.started_at))::double precision,
              min(t.started_at), max(t.ended_at),
              (select cardinality(devices) from workers order by started_at desc limit 1),
              count(*) filter (where t.state = 'succeeded')
            from trials t join sweeps s on s.id = t.sweep_id where s.name = $1 group by s.id
            """);
        command.Parameters.AddWithValue(sweep);
        await using var row = await command.ExecuteReaderAsync();
        return await row.ReadAsync()
            ? new(
                row.GetFieldValue<double[]>(0), row.GetDouble(1), row.GetDateTime(2), row.GetDateTime(3), row.GetInt32(4), row.GetInt64(5))
            : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"No sweep {sweep} is stored."));
    }
}
