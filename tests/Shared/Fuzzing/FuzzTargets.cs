namespace Sweep.Fuzzing;

/// <summary>Every reader that is fuzzed, except the silo's HTTP endpoints, which need a running silo.</summary>
public sealed class FuzzTargets(string repository) : IDisposable
{
    public IReadOnlyList<FuzzTarget> All { get; } =
    [
        new SweepFileTarget(repository, overrides: false),
        new SweepFileTarget(repository, overrides: true),
        new ReferenceFileTarget(repository),
        new CommandLineTarget(),
        new SiloOptionsTarget(),
        new TrainerFrameTarget(),
        new CheckpointTarget(),
        new CertificateTarget(),
    ];

    public void Dispose()
    {
        foreach (var target in All.OfType<IDisposable>())
            target.Dispose();
    }
}
