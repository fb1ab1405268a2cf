using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;

namespace Sweep.Fuzzing;

/// <summary>Makes a target read one damaged input after the other. The same seed gives the same inputs.</summary>
public static class FuzzRun
{
    private const int Batch = 200;

    /// <summary>A reader that takes longer over one input counts as hanging.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <param name="budget">How long to go on. The batch that has begun is always finished.</param>
    /// <returns>Number of inputs that were read.</returns>
    /// <exception cref="Exception">
    /// The target neither accepted nor properly refused an input. The message has the smallest such input that FsCheck found.
    /// </exception>
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
        // The reader runs on another thread, so that a reader that hangs is noticed.
        var reading = Task.Run(() => target.ReadAsync(input));
        if (Task.WaitAny([reading], Patience) < 0)
            throw new FuzzFinding($"{target.Name} did not come to an end within {Patience.TotalSeconds:0} s.");
        reading.GetAwaiter().GetResult();
    }
}
