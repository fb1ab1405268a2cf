using System.Globalization;
using System.Runtime.InteropServices;

namespace Sweep;

/// <summary>
/// One attempt of a trial: its parameters, and its reports to Sweep with checkpoints, resume and early stop. Without Sweep the same program
/// runs by hand: it has no parameters then, and prints its reports. Several threads may report; each report is the next epoch.
/// </summary>
/// <example>
/// <code>
/// var trial = Trial.Current;
/// var learningRate = trial.Parameters.Get("learning_rate", 0.1);
/// foreach (var epoch in trial.Epochs(10))
/// {
///     …
///     trial.Report(("val_loss", loss));
/// }
/// </code>
/// </example>
public sealed class Trial
{
    /// <summary>The version of what a program and its runner say to each other. docs/programs.md of Sweep describes it.</summary>
    private const string Wire = "1";

    private const int MostMetrics = 100;

    /// <summary>What a shell says of a process that SIGTERM ended.</summary>
    private const int Terminated = 128 + 15;

    private static readonly Lazy<Trial> Only = new(() => new());

    private readonly RunnerPipes? _pipes;
    private readonly int? _most;
    // The signal is handled as long as this object is there.
    private readonly PosixSignalRegistration? _termination;
    private readonly Lock _oneReport = new();
    private readonly Lazy<string> _folder;
    private volatile bool _isAskedToStop;

    private Trial()
    {
        Name = Variable("SWEEP_TRIAL") ?? "alone";
        Attempt = (int)Number("SWEEP_ATTEMPT", 1);
        Parameters = new(Variable("SWEEP_PARAMETERS") ?? "{}");
        Seed = Number("SWEEP_SEED", 0);
        Epoch = (int)Number("SWEEP_EPOCH", 0);
        Device = Variable("SWEEP_DEVICE") ?? "cpu";
        _most = Variable("SWEEP_EPOCHS") is null ? null : (int)Number("SWEEP_EPOCHS", 0);
        _folder = new(() => Variable("SWEEP_CHECKPOINT") ?? TemporaryFolder());
        if (Variable("SWEEP_REPORT") is not { } reports)
            return;
        if (Variable("SWEEP_WIRE") is { } wire && wire != Wire)
        {
            throw new InvalidOperationException(
                $"SWEEP_WIRE: found {wire}; this version of Sweep.Trial knows {Wire}; use the package that belongs to this Sweep.");
        }

        var answers = Variable("SWEEP_ANSWER");
        _pipes = new(reports, answers ?? throw new InvalidOperationException("SWEEP_ANSWER: found nothing; expected a path."));
        // The epoch goes on, and the loop ends at its report, so that it is kept.
        _termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            _isAskedToStop = true;
        });
        Stopped = !_pipes.SayHello();
    }

    /// <summary>
    /// The trial of this process. From its first use on, what the program prints is its log and no report, and SIGTERM lets the program
    /// finish its epoch: use it at the beginning.
    /// </summary>
    /// <exception cref="InvalidOperationException">The variables are of another version of Sweep, or damaged.</exception>
    public static Trial Current => Only.Value;

    /// <summary>Whether the program runs by hand, without Sweep.</summary>
    public bool IsAlone => _pipes is null;

    /// <summary>The trial's name, such as <c>mine/3</c>; <c>alone</c> without Sweep.</summary>
    public string Name { get; }

    /// <summary>Which attempt of the trial this is, from 1.</summary>
    public int Attempt { get; }

    /// <summary>The parameters that the sweep file names; none without Sweep.</summary>
    public TrialParameters Parameters { get; }

    /// <summary>The trial's seed; 0 without Sweep.</summary>
    public long Seed { get; }

    /// <summary>The epochs that were trained before this attempt, or reported by it.</summary>
    public int Epoch { get; private set; }

    /// <summary><c>cpu</c>, or <c>cuda:0</c> and so on.</summary>
    public string Device { get; }

    /// <summary>Whether the program was told to end. <see cref="Epochs"/> ends by itself then.</summary>
    public bool Stopped { get; private set; }

    /// <summary>
    /// A folder: what is in it at a report is kept and given back to the next attempt. It may hold files and folders, at most 500 MB, and
    /// no links. Without Sweep it is a new temporary folder, which is removed when the program ends.
    /// </summary>
    public string Checkpoint => _folder.Value;

    /// <summary>
    /// The numbers of the epochs that are still to be trained, from 1, or from the one after the checkpoint. It ends early after a stop.
    /// After a SIGTERM that is not Sweep's it ends the process with exit code 143, so that the next attempt goes on.
    /// </summary>
    /// <param name="most">How many there are without Sweep, and where the sweep file has no <c>program.epochs</c>.</param>
    /// <exception cref="InvalidOperationException">An epoch ended without a report.</exception>
    public IEnumerable<int> Epochs(int most = 10)
    {
        while (Epoch < (_most ?? most) && !Stopped)
        {
            if (_isAskedToStop)
            {
                EndOfLoop();
                yield break;
            }

            var before = Epoch;
            yield return before + 1;
            if (Epoch == before)
                throw new InvalidOperationException($"Epoch {before + 1} ended without trial.Report(…).");
        }
    }

    /// <summary>Reports the metrics of the epoch that ends here, and waits until its checkpoint is read.</summary>
    /// <param name="metrics">
    /// At most 100 by their names, the objective among them. An objective that is not finite ends the trial as diverged.
    /// </param>
    /// <exception cref="ArgumentException">There are more than 100 metrics.</exception>
    /// <exception cref="IOException">Sweep is gone.</exception>
    public void Report(params ReadOnlySpan<(string Name, double Value)> metrics)
    {
        if (metrics.Length > MostMetrics)
            throw new ArgumentException($"found {metrics.Length} metrics; at most {MostMetrics} are allowed.", nameof(metrics));
        lock (_oneReport)
        {
            Epoch++;
            if (_pipes is not null)
            {
                Stopped |= !_pipes.Ask(Epoch, metrics);
                return;
            }

            var line = string.Create(CultureInfo.InvariantCulture, $"epoch {Epoch}");
            foreach (var (name, value) in metrics)
                line += string.Create(CultureInfo.InvariantCulture, $"  {name} {value:g6}");
            Console.WriteLine(line);
        }
    }

    /// <inheritdoc cref="Report(ReadOnlySpan{ValueTuple{string, double}})"/>
    public void Report(IEnumerable<KeyValuePair<string, double>> metrics) =>
        Report([.. metrics.Select(metric => (metric.Key, metric.Value))]);

    private void EndOfLoop()
    {
        lock (_oneReport)
        {
            // The runner reads the checkpoint of the last epoch while it answers.
            Stopped |= !_pipes!.Ask(null, []);
        }

        // The signal was not Sweep's, so the trial has not ended.
        if (!Stopped)
            Environment.Exit(Terminated);
    }

    private static string TemporaryFolder()
    {
        var folder = Directory.CreateTempSubdirectory("sweep-trial-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // The program has removed it, or still writes there.
            }
        };
        return folder;
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static long Number(string name, long otherwise) => Variable(name) is not { } text ? otherwise
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw new InvalidOperationException($"{name}: found {text}; expected a whole number.");
}
