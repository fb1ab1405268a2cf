using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Npgsql;
using OpenTelemetry.Metrics;
using Orleans.Configuration;
using Orleans.Dashboard;
using Orleans.Placement;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Serialization;
using Sweep.Domain.Scheduling;
using Sweep.Grains;
using Sweep.Security;
using Sweep.Silo.Delivery;
using Sweep.Silo.Monitoring;
using Sweep.Silo.Trainers;
using Sweep.Silo.Worker;
using Sweep.Storage;

namespace Sweep.Silo.Hosting;

/// <summary>Builds a silo from its parts: membership in the database, grains, the worker with its slots, and the HTTP endpoints.</summary>
public static class SiloHost
{
    /// <summary>Name of the cluster within its database. A database has only one cluster.</summary>
    public const string Cluster = "sweep";

    private static readonly string[] TellOfTheStart =
    [
        "Orleans.Runtime.Silo", "Orleans.Runtime.SiloLifecycleSubject", "Orleans.Runtime.MembershipService.MembershipTableManager",
        "Microsoft.Extensions.Hosting.Internal.Host",
        "Microsoft.AspNetCore.Hosting.Diagnostics",
    ];

    /// <param name="configure">Makes last changes to the services, for example another trainer.</param>
    /// <exception cref="ValidationException">An option cannot be used on this machine.</exception>
    /// <exception cref="PortTakenException">Another program listens on one of the silo's ports.</exception>
    /// <exception cref="CertificateException">
    /// The silo would listen beyond loopback without certificates, or its certificates cannot be used.
    /// </exception>
    public static WebApplication Build(
        SweepSiloOptions options, IReadOnlyList<string> devices, Action<IServiceCollection>? configure = null)
    {
        var name = $"{options.Name ?? Environment.MachineName}-{RandomNumberGenerator.GetHexString(4, lowercase: true)}";
        var dashboard = new DashboardAccess(options.ReadDashboardPassword());
        var certificates = options.OpenCertificates();
        var ports = SiloPorts.Take(options);
        // The other builders of WebApplication read configuration from the current folder and the environment, and watch the folder.
        var builder = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(SiloConfiguration.OfTelemetry());
        var readiness = new Readiness();
        var database = new DatabasePresence();
        ConfigureLog(builder.Logging, options.LogFormat, readiness, database);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(ports.Http));

        builder.Services.AddRoutingCore().AddSingleton(ports).AddSingleton<DatabaseClock>();
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton(options).AddSingleton(database).AddSweepStorage(options.Postgres);
        builder.Services.AddSingleton<SweepInstruments>().AddSingleton<SweepSpecs>().AddSingleton(readiness);
        // Database errors of a grain on another silo keep their type, so that callers handle them like those of a grain on this silo.
        builder.Services.Configure<ExceptionSerializationOptions>(exceptions => exceptions.SupportedNamespacePrefixes.Add(nameof(Npgsql)));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Shutdown.DrainLimit);
        var telemetry = builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(SweepInstruments.MeterName, OrleansMetrics.MeterName, "Npgsql", "System.Runtime")
            .AddView(OrleansMetrics.Keep)
            .AddPrometheusExporter(exporter => exporter.ScopeInfoEnabled = false));
        var traced = TrialTraces.AreAsked(builder.Configuration);
        if (traced)
            TrialTraces.Export(telemetry, name);
        if (options.Parent == "stdin")
            builder.Services.AddHostedService<ParentWatch>();
        // This must come before Orleans, since services start in the order in which they are added.
        builder.Services.AddSingleton<OrleansConnection>().AddHostedService(provider => provider.GetRequiredService<OrleansConnection>());
        builder.UseOrleans(silo =>
        {
            ConfigureMembership(silo, options, ports, name);
            SiloConnections.Configure(silo, certificates);
            if (traced)
                silo.AddActivityPropagation();
            ConfigureDashboard(silo, options.Dashboard);
            silo.UseSiloMetadata(new Dictionary<string, string>
            {
                [RolePlacementDirector.RoleKey] = options.SiloRole.ToString(),
                [MembershipWatch.HostKey] = Environment.MachineName,
                [MembershipWatch.HttpKey] =
                    (IsAny(ports.Http.Address) ? new IPEndPoint(ports.Silo.Address, ports.Http.Port) : ports.Http).ToString(),
            });
            silo.Services.AddSingleton<MembershipWatch>().AddHostedService(provider => provider.GetRequiredService<MembershipWatch>());
            silo.Services.AddHostedService<HealthWatch>();
            silo.Services.AddHostedService<StandbyWatch>();
            silo.Services.AddHostedService<DeletedSweepsWatch>();
            silo.Services.AddPlacementFilter<RolePlacement, RolePlacementDirector>(ServiceLifetime.Singleton);
            silo.Services.AddSingleton<ILiveWorkers, MembershipWorkers>()
                .AddSingleton<ITrainerFactory>(provider => new TrainerProcessFactory(
                    options.Trainer, options.Runner, options.Programs, options.Threads, provider.GetRequiredService<TimeProvider>()))
                .AddSingleton<DatasetCache>()
                .AddSingleton<FolderCache>();
            if (options.SiloRole.HasFlag(SiloRole.Worker))
                AddWorker(
                    silo.Services, new WorkerRecord(name, Environment.MachineName, Environment.ProcessId, devices, options.LabelList));
        });
        builder.Services.Replace(ServiceDescriptor.Singleton<IFatalErrorHandler, DeclaredDead>());
        configure?.Invoke(builder.Services);

        var application = builder.Build();
        application.MapPrometheusScrapingEndpoint("/metrics");
        application.MapGet("/healthz", () => "ok");
        application.MapGet("/readyz", ReadyAsync);
        application.MapGet("/sd", (MembershipWatch watch, HttpContext context) => watch.Discover(context.Connection.RemoteIpAddress));
        if (options.Dashboard)
            MapDashboard(application, dashboard);
        application.Lifetime.ApplicationStarted.Register(ports.Dispose);
        // A worker marks its silo as ready. A silo without a worker is ready when it has started.
        if (!options.SiloRole.HasFlag(SiloRole.Worker))
            application.Lifetime.ApplicationStarted.Register(readiness.Set);
        return application;
    }

    private static void ConfigureLog(ILoggingBuilder log, string format, Readiness readiness, DatabasePresence database)
    {
        // Each line of the log carries the ids of its trace and span.
        log.Configure(options => options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
        log.SetMinimumLevel(LogLevel.Warning).AddFilter("Sweep", LogLevel.Information).AddFilter(DatabasePresence.Absence, database.IsNews);
        // When a silo cannot start, each of these categories logs the same error with its stack trace. The program itself reports it once.
        foreach (var category in TellOfTheStart)
            log.AddFilter(
                category,
                level => level >= LogLevel.Warning && readiness.IsReady
                    && (!category.StartsWith(DatabasePresence.Absence, StringComparison.Ordinal) || database.IsNews(level)));
        WatchdogLog.Use(log.Services);
        if (format.Equals("json", StringComparison.OrdinalIgnoreCase))
            log.AddJsonConsole(console =>
                (console.IncludeScopes, console.UseUtcTimestamp, console.TimestampFormat) = (true, true, "yyyy-MM-ddTHH:mm:ss.fffZ"));
        else
            log.AddSimpleConsole(console => console.SingleLine = true);
        // The log goes to standard error, since standard output only reports that the silo is ready.
        log.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    private static void ConfigureDashboard(ISiloBuilder silo, bool shown)
    {
        // The dashboard's live log is hidden, since an open stream of it would keep the silo from stopping.
        if (shown)
            silo.AddDashboard(dashboard => dashboard.HideTrace = true);
        // Orleans must not place the dashboard's grains on a silo without the dashboard.
        else
            silo.Services.PostConfigure<GrainTypeOptions>(
                grains => grains.Classes.RemoveWhere(grain => grain.Assembly == typeof(DashboardOptions).Assembly));
    }

    /// <summary>Serves the dashboard, and checks the access to every path below its own.</summary>
    private static void MapDashboard(WebApplication application, DashboardAccess access)
    {
        application.UseWhen(
            context => context.Request.Path.StartsWithSegments(DashboardAccess.Path), dashboard => dashboard.Use(access.PassAsync));
        application.MapOrleansDashboard(DashboardAccess.Path);
    }

    private static void ConfigureMembership(ISiloBuilder silo, SweepSiloOptions options, SiloPorts ports, string name)
    {
        silo.UseAdoNetClustering((OptionsBuilder<AdoNetClusteringSiloOptions> clustering) => clustering.Configure<OrleansConnection>(
            (membership, connection) => (membership.Invariant, membership.DataSource) = ("Npgsql", connection.Source)));
        silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (Cluster, Cluster));
        silo.Configure<SiloOptions>(orleans => orleans.SiloName = name);
        silo.Configure<EndpointOptions>(endpoints =>
        {
            endpoints.AdvertisedIPAddress = ports.Silo.Address;
            endpoints.SiloPort = ports.Silo.Port;
            endpoints.GatewayPort = ports.Gateway.Port;
        });
        // In measurements with these values, a killed process was declared dead after 1 to 2 s and a frozen host after 10 to 12 s.
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.ProbeTimeout = TimeSpan.FromSeconds(2);
            membership.MaxProbeTimeout = TimeSpan.FromSeconds(4);
            membership.NumMissedProbesLimit = 3;
            membership.NumVotesForDeathDeclaration = 2;
            membership.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);
            membership.TableRefreshTimeout = TimeSpan.FromSeconds(10);
        });
        silo.Configure<SiloMessagingOptions>(messaging => messaging.ResponseTimeout = TimeSpan.FromSeconds(10));
    }

    /// <summary>
    /// Adds the worker to the silo's own services, so that a stopping host drains the worker while grains still answer. The writers are
    /// added before the worker and so stop after it.
    /// </summary>
    private static void AddWorker(IServiceCollection services, WorkerRecord worker)
    {
        services.AddSingleton(worker).AddSingleton<AttemptServices>().AddSingleton<StorageAlarm>();
        services.AddSingleton<MetricWriter>().AddHostedService(provider => provider.GetRequiredService<MetricWriter>());
        services.AddSingleton<AttemptLog>().AddHostedService(provider => provider.GetRequiredService<AttemptLog>());
        services.AddHostedService<DeviceMonitor>();
        services.AddSingleton<WorkerService>().AddHostedService(provider => provider.GetRequiredService<WorkerService>());
    }

    private static async Task<IResult> ReadyAsync(Readiness readiness, NpgsqlDataSource source, CancellationToken cancellation)
    {
        if (!readiness.IsReady)
            return Results.Text("starting", statusCode: StatusCodes.Status503ServiceUnavailable);
        try
        {
            await using var ping = source.CreateCommand("select 1");
            await ping.ExecuteScalarAsync(cancellation);
            return Results.Text("ready");
        }
        catch (NpgsqlException error)
        {
            return Results.Text($"the database does not answer: {error.Message}", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    /// <summary>The full name of the silo, including its random suffix.</summary>
    public static string SiloName(this WebApplication application) =>
        application.Services.GetRequiredService<IOptions<SiloOptions>>().Value.SiloName;

    /// <summary>The port on which the HTTP endpoints of a started silo listen.</summary>
    public static int HttpPort(this WebApplication application) =>
        int.Parse(application.Urls.Single().Split(':')[^1].TrimEnd('/'), CultureInfo.InvariantCulture);
}
