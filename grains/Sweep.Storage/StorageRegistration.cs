using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Sweep.Domain.Programs;
using Sweep.Domain.Scheduling;
using Sweep.Domain.Stopping;
using Sweep.Domain.Sweeps;
using Sweep.Domain.Trials;
using Sweep.Storage.Connections;
using Sweep.Storage.Reading;

namespace Sweep.Storage;

public static class StorageRegistration
{
    /// <summary>
    /// Registers the stores that implement the domain's ports, the readers, and the pool of connections that all of them use.
    /// </summary>
    public static IServiceCollection AddSweepStorage(this IServiceCollection services, string connectionString) => services
        .AddSingleton<NpgsqlDataSource>(_ => Database.Open(connectionString))
        .AddSingleton<IDatasetStore, DatasetStore>()
        .AddSingleton<IFolderStore, FolderStore>()
        .AddSingleton<IWeightsStore, WeightsStore>()
        .AddSingleton<ISweepStore, SweepStore>()
        .AddSingleton<IProposalStore, ProposalStore>()
        .AddSingleton<ITrialStore, TrialStore>()
        .AddSingleton<IAttemptStore, AttemptStore>()
        .AddSingleton<IJudgementStore, JudgementStore>()
        .AddSingleton<IObjectiveStore, ObjectiveStore>()
        .AddSingleton<IWorkerStore, WorkerStore>()
        .AddSingleton<MembershipStore>()
        .AddSingleton<DeletedSweeps>()
        .AddSingleton<SweepReader>()
        .AddSingleton<HealthReader>();
}
