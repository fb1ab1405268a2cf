using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;

namespace Sweep.Fuzzing;

/// <summary>Gives a target one damaged input after the other. The same seed gives the same inputs.</summary>
public static class FuzzRun
{
    private const int Batch = 200;

    /// <summary>An input that takes longer is one that a reader hangs on.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <param name="budget">How long to go on; the batch that has begun is ended.</param>
    /// <returns>How many inputs were read.</returns>
    /// <exception cref="Exception">An input, made as small as it could be, that the target neither took nor refused.</exception>
    public static int Run(FuzzTarget target, ulong seed, TimeSpan budget)
    {
        foreach (var input in target.Inputs)
            Read(target, input);
        var started = Stopwatch.GetTimestamp();
        var read = 0;
        var cases = FuzzCase.Any(target);
        for (ulong batch = 0; read == 0 || Stopwatch.GetElapsedTime(started) < budget; batch++)
        {
            // The second half of FsCheck's seed must be odd.
            var config = Config.QuickThrowOnFailure.WithReplay(seed, (2 * batch) + 1).WithMaxTest(Batch).WithQuietOnSuccess(true);
            Prop.ForAll(cases, sample => Read(target, sample.Bytes)).Check(config);
            read += Batch;
        }

        return read;
    }

    private static void Read(FuzzTarget target, byte[] input)
    {
        // On a thread of its own, so that one that does not come back is noticed.
        var reading = Task.Run(() => target.ReadAsync(input));
        if (Task.WaitAny([reading], Patience) < 0)
            throw new FuzzFinding($"{target.Name} did not come to an end within {Patience.TotalSeconds:0} s.");
        reading.GetAwaiter().GetResult();
    }
}
