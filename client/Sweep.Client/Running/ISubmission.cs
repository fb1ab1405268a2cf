using Sweep.Client.Clusters;
using Sweep.Domain.Sweeps;

namespace Sweep.Client.Running;

/// <summary>A sweep that passed every check, with what its trials need.</summary>
internal interface ISubmission
{
    SweepSpec Spec { get; }

    /// <summary>Stores what the trials need, each under its hash; what is stored already is not sent again.</summary>
    Task StoreAsync(Cluster cluster, CancellationToken cancellation);
}
